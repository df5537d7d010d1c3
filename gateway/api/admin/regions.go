package admin

import (
	"context"

	"shouwang.care/shouwang/alerts/care"
	"shouwang.care/shouwang/alerts/people"
	"shouwang.care/shouwang/gateway/api"
)

type regionRequest struct {
	Region care.RegionID `path:"region" minLength:"1" maxLength:"128"`
}

// removeRegion removes a region. What still stands in it is told as mistakes, and
// then it stays.
func (m room) removeRegion(ctx context.Context, u people.User, in *regionRequest) (Outcome, error) {
	return m.apply(ctx, u, false, "region:"+string(in.Region), func(d *people.Directory) (Change, []RowMistake, error) {
		if _, known := d.Regions[in.Region]; !known {
			return Change{}, nil, api.ErrNotFound("region")
		}
		return Change{Removed: []care.RegionID{in.Region}}, nil, nil
	})
}
