// npm run generate: brings the parts of README.md that are made from the code up to date.
import { writeFileSync } from 'node:fs';

import { withBlocks } from './readme.js';
import { read } from './repository.js';

writeFileSync('README.md', withBlocks(read('README.md')));
