#!/usr/bin/env node
import { join } from 'node:path';
import { runCompiled } from './compiled.ts';

runCompiled(join(__dirname, 'command-line.js'));
