// With the DOM: the language's own AbortSignal and URL fit.

import { Engine } from '@kapix/sdk';

const engine = Engine.loadFile(new URL('card.json', 'file:///'));
Engine.open(new URL('kapix.db', 'file:///'), []);
export const scores = engine.credit.scoreBatchAsync({}, { entity_type: 'sme' }, { signal: new AbortController().signal });
