/** The names that one most resembles, the nearest first: at most so many insertions, deletions and substitutions away. */
export function nearest(name: string, known: readonly string[], atMost: number): string[] {
  return known
    .map((candidate) => ({ candidate, distance: editDistance(candidate, name) }))
    .filter(({ distance }) => distance <= atMost)
    .toSorted((a, b) => a.distance - b.distance)
    .map(({ candidate }) => candidate);
}

// Levenshtein, one row at a time.
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const substituted = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      next[j] = Math.min(substituted, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1);
    }
    row = next;
  }
  return row[b.length] ?? 0;
}
