package app_test

// Community: private homes, and whom to call about an incident.
func init() {
	roomTables = append(roomTables, map[string]roomRoute{
		"GET /api/homes":                 {path: "/api/homes", open: toStaff},
		"GET /api/incidents/{id}/calls":  {path: "/api/incidents/{incident}/calls", open: toStaff},
		"POST /api/incidents/{id}/calls": {path: "/api/incidents/{incident}/calls", body: `{"to":"120","outcome":"called"}`, open: toStaff},
	})
}
