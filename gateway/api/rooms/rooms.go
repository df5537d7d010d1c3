// Package rooms lists the parts of the API that live in packages of their own,
// without their ports: enough to describe every operation, and to answer none.
// What they work with is put in by gateway/app.
package rooms

import (
	"shouwang.care/shouwang/gateway/api"
	"shouwang.care/shouwang/gateway/api/admin"
	"shouwang.care/shouwang/gateway/api/community"
	"shouwang.care/shouwang/gateway/api/family"
	"shouwang.care/shouwang/gateway/api/inspect"
	"shouwang.care/shouwang/gateway/api/oidc"
	"shouwang.care/shouwang/gateway/api/photo"
	"shouwang.care/shouwang/gateway/api/privacy"
	"shouwang.care/shouwang/gateway/api/station"
	"shouwang.care/shouwang/gateway/api/ward"
)

// Blank returns every room without its ports.
func Blank() []api.Room {
	return []api.Room{
		ward.Room{},
		photo.Room{},
		community.Room{},
		&family.Room{},
		&privacy.Room{},
		inspect.New(nil),
		oidc.Room{},
		admin.Room{},
		station.New(nil, nil, nil),
	}
}
