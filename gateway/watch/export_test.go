package watch

import "context"

// RunDue has one pass of the loop carried out.
func (w *Watch) RunDue(ctx context.Context) { w.runDue(ctx) }
