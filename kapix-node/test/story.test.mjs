// The loan story is the one that every language tells.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { tell } from '../../examples/story.mjs';

const examples = new URL('../../examples/', import.meta.url);

test('the story is the one that every language tells', () => {
  const told = tell(fileURLToPath(new URL('data/nigeria_trader.json', examples)));
  assert.equal(told, readFileSync(new URL('story.txt', examples), 'utf8'));
});
