package demo

import "math"

// centres are where the townships lie, in degrees east and north. The district is
// invented; its places are those of some hills.
var centres = [][2]float64{{119.412, 30.118}, {119.506, 30.161}, {119.473, 30.052}}

// placeOf returns longitude and latitude of home n of a township, 0 for what stands
// in its middle. Homes lie around it as the seeds of a sunflower do, the further
// out the greater n is, up to about three kilometres.
func placeOf(township, n int) (longitude, latitude float64) {
	const golden, step = 2.399963, 0.006 // radians; degrees of latitude
	angle, far := float64(n)*golden, step*math.Sqrt(float64(n))
	round := func(v float64) float64 { return math.Round(v*1e5) / 1e5 }
	c := centres[township]
	return round(c[0] + far*math.Cos(angle)/math.Cos(c[1]*math.Pi/180)), round(c[1] + far*math.Sin(angle))
}
