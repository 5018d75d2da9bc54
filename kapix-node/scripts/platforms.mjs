// The platforms of the npm packages: what cargo, npm and the names of the files call each.

export const PLATFORMS = [
  ['linux-x64-gnu', 'x86_64-unknown-linux-gnu', { os: ['linux'], cpu: ['x64'], libc: ['glibc'] }],
  ['linux-arm64-gnu', 'aarch64-unknown-linux-gnu', { os: ['linux'], cpu: ['arm64'], libc: ['glibc'] }],
  ['linux-x64-musl', 'x86_64-unknown-linux-musl', { os: ['linux'], cpu: ['x64'], libc: ['musl'] }],
  ['linux-arm64-musl', 'aarch64-unknown-linux-musl', { os: ['linux'], cpu: ['arm64'], libc: ['musl'] }],
  ['darwin-x64', 'x86_64-apple-darwin', { os: ['darwin'], cpu: ['x64'] }],
  ['darwin-arm64', 'aarch64-apple-darwin', { os: ['darwin'], cpu: ['arm64'] }],
  ['win32-x64-msvc', 'x86_64-pc-windows-msvc', { os: ['win32'], cpu: ['x64'] }],
].map(([name, triple, fits]) => ({ name, triple, fits, file: `kapix.${name}.node` }));
