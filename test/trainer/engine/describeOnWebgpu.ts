import {existsSync} from 'node:fs';
import {describe, it} from 'vitest';
import {UserError} from '../../../trainer/contract/errors.ts';
import {probeAdapter} from '../../../trainer/engine/webgpu/probeAdapter.ts';

/** Where Debian's chromium-common puts the description of SwiftShader, a Vulkan on the CPU. */
const swiftshader = '/usr/lib/chromium/vk_swiftshader_icd.json';

// Vulkan's loader reads it when the first device is asked for.
if (process.env.VK_ICD_FILENAMES === undefined && existsSync(swiftshader)) process.env.VK_ICD_FILENAMES = swiftshader;

const missing = await probeAdapter().then(
  (adapter) => (adapter === null ? 'WebGPU finds no adapter' : null),
  (error: unknown) => {
    if (error instanceof UserError) return error.message;
    throw error;
  },
);

const remedy = 'apt-get install chromium-common libvulkan1 brings a software Vulkan';

/**
 * Describes tests that need WebGPU, on SwiftShader where that is installed. Without any adapter they are skipped, or fail with
 * DEME_REQUIRE_WEBGPU=1.
 */
export function describeOnWebgpu(name: string, body: () => void): void {
  if (missing === null) describe(name, body);
  else if (process.env.DEME_REQUIRE_WEBGPU === '1') {
    it(name, () => {
      throw new Error(`DEME_REQUIRE_WEBGPU=1, but ${missing}: ${remedy}`);
    });
  } else describe.skip(`${name} (${missing}: ${remedy})`, body);
}
