#pragma once
#include <stddef.h>

/// A file that the binary carries.
struct embedded_file {
    const unsigned char *bytes;
    size_t count;
};

/// `openapi.yaml` of the repository's top.
struct embedded_file embedded_openapi(void);

/// The page served at `/`.
struct embedded_file embedded_page(void);
