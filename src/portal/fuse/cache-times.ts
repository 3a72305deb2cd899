/** Caches live until they are invalidated; this is only what stands for "for ever" (a day). */
export const KERNEL_CACHE_SECONDS = 86_400;
/** Without a watch, what we know is good for this long (as of NFS and sshfs). */
export const UNWATCHED_MS = 1000;
