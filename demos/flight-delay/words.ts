/** The zone in which everything is shown. */
export const NEW_YORK = 'America/New_York';

/** What a column has room for; the model's other inputs are words already. */
const words: Readonly<Record<string, string>> = {
  carrier: 'airline',
  dest: 'destination',
  dayOfWeek: 'weekday',
  departureMinute: 'hour',
  arrivalMinute: 'arrival',
  planeYear: "plane's age",
  planeSeats: 'seats',
  dewPoint: 'dew point',
  windDirection: 'wind direction',
  windSpeed: 'wind',
  windGust: 'gusts',
  precipitation: 'rain',
  airportDelay: 'delays here',
  overdueFlights: 'queue',
  aircraftDelay: 'plane',
  aircraftMinutes: "plane's break",
};

/** What an input of the model is called on the page. */
export const inWords = (input: string): string => words[input] ?? input;
