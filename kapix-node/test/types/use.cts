// The same from CommonJS.

import kapix = require('@kapix/sdk');

const engine: kapix.Engine = kapix.Engine.load(kapix.EXPERT_CARDS);
const points: number = engine.credit.score({ entity_id: 'a', entity_type: 'sme', features: {} }).points;

export = points;
