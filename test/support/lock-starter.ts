// A process of its own that tries to lock each directory it is sent, and answers what came of it.
import { lockDirectory } from '../../src/db/directory-lock.js';
import { StartupError } from '../../src/db/startup-error.js';

process.on('message', (dir: string) => process.send?.(attempt(dir)));
process.send?.('ready');

function attempt(dir: string): string {
  try {
    lockDirectory(dir);
    return 'taken';
  } catch (error) {
    return error instanceof StartupError ? 'refused' : String(error);
  }
}
