/** Endings of the weights files that are read: safetensors, and state dicts of PyTorch. */
export const weightsEndings = ['safetensors', 'bin', 'pt', 'pth', 'ckpt'];
