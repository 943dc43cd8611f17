/** Images on the host: [H,W,C] bytes, one at a time. */
export interface ImageSource {
  /** Number of images. */
  readonly size: number;
  /** [height, width, channels] of every image. */
  readonly shape: readonly [number, number, number];
  /** SHA-256 over the listing (names and sizes, or file hashes), so that a run can tell whether its data changed. */
  readonly fingerprint: string;
  /**
   * Pixels of image `index`, [H,W,C], 0..255. `random` in [0, 1) places a random crop; without it the crop is central.
   * Null where the image is corrupt and the config says to skip it (already reported through `onSkip`).
   */
  read(index: number, random?: () => number): Promise<Uint8Array | null>;
  /** Where image `index` is, for messages: a path, or a file and a row. */
  name?(index: number): string;
  /** Class of image `index` where the source knows it. */
  label?(index: number): number;
  /** The captions of image `index`, none where it lacks them. Absent in sources without captions. Throws UserErrors. */
  captions?(index: number): Promise<readonly string[]>;
}

/** A dataset that comes with test images of its own. */
export interface OfficialSplit {
  readonly train: ImageSource;
  readonly test: ImageSource;
}

/** The three disjoint parts of the images that a run knows. */
export interface Datasets {
  readonly train: ImageSource;
  readonly validation: ImageSource;
  readonly test: ImageSource;
}
