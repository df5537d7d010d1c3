package api

// Alerting are the parts of alerting that people configure and look at. All are
// needed.
type Alerting struct {
	Notices Notices
	Links   Links
}

// registerAlerting enters the routes about them.
func (a *API) registerAlerting() {
	a.registerLinks()
}
