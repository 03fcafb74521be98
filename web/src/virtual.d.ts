declare module "virtual:worker-url" {
  /** Where the shared worker's script is. */
  export const workerUrl: string;
}
