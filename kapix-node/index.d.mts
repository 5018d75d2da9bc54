import kapix = require('./index.js');

export * from './index.js';
export default kapix;
