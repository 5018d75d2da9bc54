'use strict';

// The native half: beside this package where it was built from a checkout, else in the package of the platform.

const { platform, arch } = process;
const LIBRARIES = { linux: ['-gnu', '-musl'], win32: ['-msvc'] };

function load() {
  const names = (LIBRARIES[platform] ?? ['']).map((library) => `${platform}-${arch}${library}`);
  const places = names.flatMap((name) => [`../kapix.${name}.node`, `@kapix/sdk-${name}`]);
  const errors = [];
  for (const place of places) {
    try {
      return require(place);
    } catch (error) {
      // A binary that is there and does not load says why; one that is not there is told of below.
      if (error.code !== 'MODULE_NOT_FOUND') errors.push(`${place}: ${error.message}`);
    }
  }
  const why = errors.length > 0 ? errors.join('; ') : `looked for ${places.join(', ')}`;
  const how = 'From a checkout, with Rust 1.89 or newer: cd kapix-node && npm run build';
  throw new Error(`@kapix/sdk has no binary that runs on ${names.join(' or ')}: ${why}. ${how}`);
}

module.exports = load();
