let wanted: string | undefined;

/** Goes to the view of records to follow one of which the live view shows the prediction. */
export function requestToFollow(id: string): void {
  wanted = id;
  location.hash = 'records';
}

/** The id that was asked for since the last time, if one was: the view that follows may only now be there. */
export function takeRequest(): string | undefined {
  const id = wanted;
  wanted = undefined;
  return id;
}
