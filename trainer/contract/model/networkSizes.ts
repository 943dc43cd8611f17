import * as z from 'zod';

// Far above any published network. Without bounds, a config of a few bytes could ask for work or memory without end.

/** Channels of a layer, width of an embedding or of an attention head. */
export const networkWidth = z.int().min(1).max(65_536);

/** Height or width of a network's input. */
export const networkSide = z.int().min(1).max(16_384);

/** Layers of a block. */
export const networkLayers = z.int().min(1).max(128);

/** Resolution levels of a network, each with one block down and one up. */
export const maxLevels = 16;

/** Training timesteps T. */
export const maxTimesteps = 1_000_000;
