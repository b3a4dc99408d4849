import { statfsSync } from 'node:fs';
import { KitError } from '#shared/errors';

/**
 * What a failure of the disk means for whoever runs the application. The database's own words for a full disk are "Input/output error",
 * so the free space is said as well.
 */
export function storageFailure(error: unknown, doing: string, folder: string): KitError {
  if (error instanceof KitError) return error;
  const found = error instanceof Error ? error.message : String(error);
  return new KitError('state-store', `${doing} in "${folder}" failed: ${found}. ${remedyFor(error, folder)}`, {
    cause: error,
  });
}

function remedyFor(error: unknown, folder: string): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
    case 13: // EACCES, as the database gives it
    case 30: // EROFS
      return 'Let the process write there, or set stateDir to a folder that it may write to.';
    case 'ENOTDIR':
    case 'EEXIST':
      return 'Set stateDir to a folder.';
    case 'ENOSPC':
    case 5: // EIO
    case 28: // ENOSPC
      return `${freeSpace(folder)}Make room and start again: the stores go on from their last commit.`;
    default:
      return 'If starting again does not help, delete the folder: the stores are then restored from their changelogs.';
  }
}

function freeSpace(folder: string): string {
  try {
    const { bavail, bsize } = statfsSync(folder);
    return `There are ${Math.floor((bavail * bsize) / 1_048_576)} MiB free on that disk. `;
  } catch {
    // Only a hint; the failure itself is what counts.
    return '';
  }
}
