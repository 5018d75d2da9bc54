'use strict';

module.exports = require('./lib/engine.js');
