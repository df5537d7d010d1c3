package app_test

// Nobody is signed in yet who signs in by a provider.
func init() {
	roomTables = append(roomTables, map[string]roomRoute{
		"GET /api/session/ways":          {path: "/api/session/ways", open: toAll},
		"GET /api/session/oidc":          {path: "/api/session/oidc", open: toAll},
		"GET /api/session/oidc/callback": {path: "/api/session/oidc/callback", open: toAll},
	})
}
