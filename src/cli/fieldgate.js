#!/usr/bin/env node
import { register } from 'tsx/esm/api';

// The source is TypeScript, and is run as it is.
register();
await import(new URL('main.ts', import.meta.url).href);
