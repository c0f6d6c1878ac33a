#include "resources.h"

// `#embed` is C23; clang offers it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char openapi[] = {
#embed "../openapi.yaml"
};

static const unsigned char page[] = {
#embed "index.html"
};

struct embedded_file embedded_openapi(void) {
    return (struct embedded_file){openapi, sizeof openapi};
}

struct embedded_file embedded_page(void) {
    return (struct embedded_file){page, sizeof page};
}
