export const registryModes = ['READWRITE', 'READONLY', 'READONLY_OVERRIDE', 'IMPORT'] as const;

/**
 * READWRITE: as usual. READONLY: nothing new, nothing deleted; READONLY_OVERRIDE is the same, and set globally it holds
 * for subjects with another mode, too. IMPORT: schemas come with the ids that they had elsewhere, and are not judged.
 */
export type RegistryMode = (typeof registryModes)[number];

/** Finds the mode that a request names, in whatever case. */
export function registryMode(name: unknown): RegistryMode | undefined {
  return typeof name === 'string' ? registryModes.find((mode) => mode === name.toUpperCase()) : undefined;
}
