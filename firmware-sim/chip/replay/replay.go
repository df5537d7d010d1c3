// Package replay turns recordings and formulas into the input of the chip
// models: accelerations of falls and of daily life for the ADXL345, smoke of
// fires for a chamber on the ADS1115.
//
// Recordings are read from files that the project does not contain: SisFall
// (Sucerquia, López, Vargas-Bonilla, Sensors 2017, 17(1):198), rewritten as one
// file of raw counts a person, and the home smoke alarm tests of NIST Technical
// Note 1455. The synthetic curves need no file and are of our own making: they
// have the shape of the real thing, not its variety, so they serve to
// demonstrate and to test the path of an alarm, never to measure a detector.
//
// When something is played is left to firmware-sim/scenario.
package replay

import (
	"compress/gzip"
	"fmt"
	"io"
	"os"
)

// open calls read with the content of a gzip-compressed file. Errors name the
// file; one that is damaged at its end is an error too.
func open(path string, read func(io.Reader) error) error {
	f, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("open a recording: %w", err)
	}
	defer f.Close() // read only: nothing can be lost
	z, err := gzip.NewReader(f)
	if err != nil {
		return fmt.Errorf("recording %s is not gzip-compressed: %w", path, err)
	}
	if err := read(z); err != nil {
		return fmt.Errorf("recording %s: %w", path, err)
	}
	return nil
}
