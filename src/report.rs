//! Report → writer, one format a file.
