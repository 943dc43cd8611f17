import * as z from 'zod';

/** A request as it crosses processes. It is flat, so that options of a command line can express it. */
export const MeasurementRequest = z.record(
  z.string(),
  z.union([z.number(), z.string(), z.boolean(), z.array(z.number())]).optional(),
);
export type MeasurementRequest = z.infer<typeof MeasurementRequest>;

/** The options of `deme measure NAME RUN` that express a request, as in `--experts=0,1`. */
export function requestArguments(request: MeasurementRequest): string[] {
  return Object.entries(request).flatMap(([name, value]) => {
    if (value === undefined || value === false) return [];
    const flag = optionFlag(name);
    return value === true ? [flag] : [`${flag}=${Array.isArray(value) ? value.join(',') : value}`];
  });
}

/** `--hold-base` for the property `holdBase`. */
export function optionFlag(property: string): string {
  return `--${property.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}
