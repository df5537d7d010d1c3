-- +goose Up
-- What is looked for when a resident is erased or takes his data: rows of the
-- logs that name him, and incidents of private homes that have no resident.

CREATE INDEX site_log_resident ON site_log (site, number)
	WHERE kind IN ('resident.consented', 'resident.withdrawn', 'resident.away', 'resident.back');
CREATE INDEX incident_of_site ON incident (site, raised_at) WHERE resident = '';
