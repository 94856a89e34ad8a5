/** What every server action answers: done, with a sentence to show, or an error the user can act on, with the field that it is about. */
export type ActionResult = { ok: true; message: string } | { ok: false; error: string; field?: string };
