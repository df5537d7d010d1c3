package app_test

func init() {
	roomTables = append(roomTables, map[string]roomRoute{
		"GET /api/privacy/retention":             {path: "/api/privacy/retention", open: "manager operator"},
		"GET /api/privacy/me":                    {path: "/api/privacy/me", open: toSignedIn},
		"GET /api/privacy/residents/{id}/export": {path: "/api/privacy/residents/res-203-1/export", open: "manager operator"},
		"POST /api/privacy/residents/{id}/erase": {path: "/api/privacy/residents/res-203-1/erase", body: `{"name":"somebody else"}`, open: "manager operator"},
	})
}
