#!/usr/bin/env node
import {survivePrinting} from './launch/printingErrors.ts';
import {program} from './cli/program.ts';

survivePrinting();
await (await program(process.argv[2])).parseAsync();
