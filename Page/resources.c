#include "resources.h"

// `#embed` is C23; clang offers it in every mode.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const unsigned char openapi[] = {
#embed "../openapi.yaml"
};

static const unsigned char openapi_json[] = {
#embed "openapi.json"
};

static const unsigned char page[] = {
#embed "index.html"
};

static const unsigned char styles[] = {
#embed "styles/base.css"
    ,
#embed "styles/explore.css"
    ,
#embed "styles/map.css"
    ,
#embed "styles/pages.css"
};

// Each module stands after those whose values it needs at once.
static const unsigned char scripts[] = {
#embed "scripts/format.js"
    ,
#embed "scripts/languages.js"
    ,
#embed "scripts/address.js"
    ,
#embed "scripts/ranking.js"
    ,
#embed "scripts/conditions.js"
    ,
#embed "scripts/dom.js"
    ,
#embed "scripts/permissions.js"
    ,
#embed "scripts/api.js"
    ,
#embed "scripts/pipeline.js"
    ,
#embed "scripts/pictures.js"
    ,
#embed "scripts/results.js"
    ,
#embed "scripts/router.js"
    ,
#embed "scripts/map-geometry.js"
    ,
#embed "scripts/map-paint.js"
    ,
#embed "scripts/map.js"
    ,
#embed "scripts/explore.js"
    ,
#embed "scripts/map-input.js"
    ,
#embed "scripts/status.js"
    ,
#embed "scripts/playground.js"
    ,
#embed "scripts/importing.js"
    ,
#embed "scripts/reference.js"
    ,
#embed "scripts/shortcuts.js"
    ,
#embed "scripts/main.js"
};

struct embedded_file embedded_openapi(void) {
    return (struct embedded_file){openapi, sizeof openapi};
}

struct embedded_file embedded_openapi_json(void) {
    return (struct embedded_file){openapi_json, sizeof openapi_json};
}

struct embedded_file embedded_page(void) {
    return (struct embedded_file){page, sizeof page};
}

struct embedded_file embedded_styles(void) {
    return (struct embedded_file){styles, sizeof styles};
}

struct embedded_file embedded_scripts(void) {
    return (struct embedded_file){scripts, sizeof scripts};
}
