/** Runs once before a web server answers. */
export async function register(): Promise<void> {
  if (process.env.NEXT_RUNTIME === 'nodejs') (await import('@/lib/auth/note-peer')).notePeers();
}
