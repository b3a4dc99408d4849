/** A time of event as text that sorts as the number does. */
export function paddedTime(timestamp: number): string {
  return String(timestamp).padStart(16, '0');
}
