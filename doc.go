// Package shouwang is the root of Shouwang 守望, a gateway that watches over old
// people in care homes and in their own homes: devices publish over MQTT to an
// alerting core, which puts live incidents before those who answer.
//
// It holds no code, only the test that pins which package may import which. The
// programs are in gateway, edge and firmware-sim; docs/architecture.md tells the
// life of one alarm through them.
package shouwang
