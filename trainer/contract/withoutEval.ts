import * as z from 'zod';

// Schemas compile themselves with `new Function` where they may. A page whose policy forbids that would report every attempt.
// To be imported before anything that makes a schema.
z.config({jitless: true});
