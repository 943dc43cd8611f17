export const installStages = ['choose', 'check', 'download', 'unpack', 'build', 'load', 'done'] as const;

/** What an installation reports while it runs. */
export interface InstallProgress {
  readonly stage: (typeof installStages)[number];
  /** For the user, whole sentences or a line with the bytes. */
  readonly message: string;
  /** Of a download or an unpacking, many times a second; `total` is missing where nobody has said it. */
  readonly bytes?: {readonly done: number; readonly total?: number};
}

export type ReportProgress = (progress: InstallProgress) => void;
