package app_test

func init() {
	roomTables = append(roomTables, map[string]roomRoute{
		"GET /api/inspect/tree":           {path: "/api/inspect/tree", open: "inspector operator"},
		"GET /api/inspect/sites/{site}":   {path: "/api/inspect/sites/songhe", open: "inspector operator"},
		"GET /api/inspect/incidents":      {path: "/api/inspect/incidents?site=songhe", open: "inspector operator"},
		"GET /api/inspect/incidents.xlsx": {path: "/api/inspect/incidents.xlsx?site=songhe", open: "inspector operator"},
		"GET /api/inspect/sites":          {path: "/api/inspect/sites?site=songhe", open: "inspector operator"},
		"GET /api/inspect/sites.xlsx":     {path: "/api/inspect/sites.xlsx?site=songhe", open: "inspector operator"},
		"GET /api/inspect/coverage.xlsx":  {path: "/api/inspect/coverage.xlsx?site=songhe", open: "inspector operator"},
		"GET /api/inspect/report.xlsx":    {path: "/api/inspect/report.xlsx?site=songhe&table=by_site&from=2026-01-01&to=2026-06-30", open: "inspector operator"},
		"GET /api/inspect/coverage":       {path: "/api/inspect/coverage?site=songhe", open: "inspector operator"},
		"GET /api/inspect/report":         {path: "/api/inspect/report?site=songhe&from=2026-01-01&to=2026-06-30", open: "inspector operator"},
	})
}
