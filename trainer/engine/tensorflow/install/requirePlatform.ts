import {UserError} from '../../../contract/errors.ts';

/** TensorFlow's C library for current releases is built for Linux with the GNU C library, and this project's addon with it. */
export function requirePlatform(): void {
  const {platform, arch} = process;
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) throw unavailable(`${platform} on ${arch}`);
  const {header} = process.report.getReport() as {header: {glibcVersionRuntime?: string}};
  if (header.glibcVersionRuntime === undefined)
    throw unavailable('a Linux without the GNU C library (Alpine, for example)');
}

function unavailable(where: string): UserError {
  return new UserError('engine-platform', `The TensorFlow engine is not available for ${where}.`, {
    hint: 'Use the engine wasm (on Windows, WSL offers Linux).',
  });
}
