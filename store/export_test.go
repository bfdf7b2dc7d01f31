package store

// SweepStale is the last part of ClaimScopes: in a slow run it comes late.
var SweepStale = (*Store).sweepStale
