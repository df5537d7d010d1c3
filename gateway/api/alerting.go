package api

// Alerting are the parts of alerting that people configure and look at. All are
// needed.
type Alerting struct {
	Notices   Notices
	Links     Links
	ShelfList ShelfList
	Shelver   Shelver
	Documents Documents
	Consents  Consents
}

// registerAlerting enters the routes about them.
func (a *API) registerAlerting() {
	a.registerLinks()
	a.registerShelves()
	a.registerDocuments()
	a.registerCarePlans()
}
