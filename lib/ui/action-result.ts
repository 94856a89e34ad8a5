/** The answer of every server action: done, with a sentence to show, or an error the user can act on, with the field it is about. */
export type ActionResult = { ok: true; message: string } | { ok: false; error: string; field?: string };
