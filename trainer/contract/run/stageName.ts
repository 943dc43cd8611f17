import {z} from 'zod';

/** Name of a stage. Files and folders of a run are called after it, so it may not lead anywhere else. */
export const StageName = z.string().regex(/^[A-Za-z0-9][\w-]{0,63}$/, 'not the name of a stage');
