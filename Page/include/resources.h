#pragma once
#include <stddef.h>

/// A file that the binary carries.
struct embedded_file {
    const unsigned char *bytes;
    size_t count;
};

/// `openapi.yaml` of the repository's top.
struct embedded_file embedded_openapi(void);

/// The same as JSON.
struct embedded_file embedded_openapi_json(void);

/// The page served at `/`, with links to its styles and its script.
struct embedded_file embedded_page(void);

/// All styles of the page, one after the other.
struct embedded_file embedded_styles(void);

/// All modules of the page's script, one after the other.
struct embedded_file embedded_scripts(void);
