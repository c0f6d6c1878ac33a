#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <oneapi/dnnl/dnnl.h>

/// One call surface over oneDNN 2.x and 3.x, which describe memory and operations with different types.
///
/// All matrices are row-major. A product is destination = source * weights + bias, or destination += source * weights
/// + bias; a product of integers has no bias.

/// From the OpenMP runtime that oneDNN is linked to: threads of the parallel regions that the calling thread starts.
void omp_set_num_threads(int count);

/// The layout of one weights matrix in memory.
typedef struct {
    dnnl_memory_desc_t descriptor;
} onednn_layout_t;

/// The shape of a product: rows of the source, inputs and outputs of the layer.
typedef struct {
    int rows;
    int inputs;
    int outputs;
    dnnl_data_type_t source;
    dnnl_data_type_t weights;
    dnnl_data_type_t destination;
    bool accumulates;
} onednn_shape_t;

/// A compiled product with the memory objects it runs on. Not to be run by two threads at once.
typedef struct {
    dnnl_primitive_t primitive;
    dnnl_memory_t source;
    dnnl_memory_t weights;
    dnnl_memory_t bias;
    dnnl_memory_t destination;
} onednn_product_t;

#if DNNL_VERSION_MAJOR >= 3
#define ONEDNN_DESCRIPTOR(name) dnnl_memory_desc_t name = NULL
#define ONEDNN_REF(name) (name)
#define ONEDNN_CONST_REF const_dnnl_memory_desc_t
#else
#define ONEDNN_DESCRIPTOR(name) dnnl_memory_desc_t name
#define ONEDNN_REF(name) (&(name))
#define ONEDNN_CONST_REF const dnnl_memory_desc_t *
#endif

static inline dnnl_status_t onednn_matrix(
    dnnl_memory_desc_t *matrix, int rows, int columns, dnnl_data_type_t type, dnnl_format_tag_t tag) {
    dnnl_dims_t sizes = {rows, columns};
#if DNNL_VERSION_MAJOR >= 3
    return dnnl_memory_desc_create_with_tag(matrix, 2, sizes, type, tag);
#else
    return dnnl_memory_desc_init_by_tag(matrix, 2, sizes, type, tag);
#endif
}

static inline void onednn_release(dnnl_memory_desc_t *matrix) {
#if DNNL_VERSION_MAJOR >= 3
    if (*matrix) { dnnl_memory_desc_destroy(*matrix); }
    *matrix = NULL;
#else
    (void)matrix;
#endif
}

/// The layout in which PyTorch stores a linear layer: one row per output.
static inline dnnl_status_t onednn_layout_stored(
    onednn_layout_t *layout, int inputs, int outputs, dnnl_data_type_t type) {
    return onednn_matrix(&layout->descriptor, inputs, outputs, type, dnnl_ba);
}

static inline size_t onednn_layout_size(const onednn_layout_t *layout) {
    return dnnl_memory_desc_get_size(ONEDNN_REF(layout->descriptor));
}

static inline void onednn_layout_destroy(onednn_layout_t *layout) { onednn_release(&layout->descriptor); }

static inline bool onednn_has_bias(const onednn_shape_t *shape) { return shape->destination != dnnl_s32; }

static inline dnnl_status_t onednn_attributes(bool accumulates, dnnl_primitive_attr_t *attributes) {
    dnnl_status_t status = dnnl_primitive_attr_create(attributes);
    if (status != dnnl_success || !accumulates) { return status; }
    dnnl_post_ops_t operations = NULL;
    status = dnnl_post_ops_create(&operations);
    if (status != dnnl_success) { return status; }
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_post_ops_append_sum(operations, 1, 0, dnnl_data_type_undef);
#else
    status = dnnl_post_ops_append_sum(operations, 1);
#endif
    if (status == dnnl_success) { status = dnnl_primitive_attr_set_post_ops(*attributes, operations); }
    dnnl_post_ops_destroy(operations);
    return status;
}

/// The descriptor of a product on weights of the given layout, or of the layout oneDNN likes best when `layout` is
/// null.
static inline dnnl_status_t onednn_describe(
    dnnl_engine_t engine, const onednn_shape_t *shape, const onednn_layout_t *layout,
    dnnl_primitive_desc_t *description) {
    ONEDNN_DESCRIPTOR(source);
    ONEDNN_DESCRIPTOR(any);
    ONEDNN_DESCRIPTOR(bias);
    ONEDNN_DESCRIPTOR(destination);
    dnnl_primitive_attr_t attributes = NULL;
    dnnl_status_t status = onednn_matrix(&source, shape->rows, shape->inputs, shape->source, dnnl_ab);
    if (status == dnnl_success) {
        status = onednn_matrix(&any, shape->inputs, shape->outputs, shape->weights, dnnl_format_tag_any);
    }
    if (status == dnnl_success && onednn_has_bias(shape)) {
        status = onednn_matrix(&bias, 1, shape->outputs, dnnl_f32, dnnl_ab);
    }
    if (status == dnnl_success) {
        status = onednn_matrix(&destination, shape->rows, shape->outputs, shape->destination, dnnl_ab);
    }
    if (status == dnnl_success) { status = onednn_attributes(shape->accumulates, &attributes); }
    if (status == dnnl_success) {
        ONEDNN_CONST_REF weights = layout ? ONEDNN_REF(layout->descriptor) : ONEDNN_REF(any);
#if DNNL_VERSION_MAJOR >= 3
        status = dnnl_matmul_primitive_desc_create(
            description, engine, source, weights, bias, destination, attributes);
#else
        dnnl_matmul_desc_t product;
        status = dnnl_matmul_desc_init(
            &product, &source, weights, onednn_has_bias(shape) ? &bias : NULL, &destination);
        if (status == dnnl_success) {
            status = dnnl_primitive_desc_create(description, &product, attributes, engine, NULL);
        }
#endif
    }
    if (attributes) { dnnl_primitive_attr_destroy(attributes); }
    onednn_release(&source);
    onednn_release(&any);
    onednn_release(&bias);
    onednn_release(&destination);
    return status;
}

/// The layout of weights that oneDNN likes best for `shape`.
static inline dnnl_status_t onednn_layout_preferred(
    dnnl_engine_t engine, const onednn_shape_t *shape, onednn_layout_t *layout) {
    dnnl_primitive_desc_t description = NULL;
    dnnl_status_t status = onednn_describe(engine, shape, NULL, &description);
    if (status != dnnl_success) { return status; }
#if DNNL_VERSION_MAJOR >= 3
    status = dnnl_memory_desc_clone(
        &layout->descriptor, dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0));
#else
    layout->descriptor = *dnnl_primitive_desc_query_md(description, dnnl_query_weights_md, 0);
#endif
    dnnl_primitive_desc_destroy(description);
    return status;
}

/// Room for the name of an implementation, such as `brgemm:avx512_core_amx_bf16`, `gemm:jit`, or `ref:any`.
#define ONEDNN_NAME_SIZE 64

/// The name of the implementation that computes a product on weights of `layout`.
static inline dnnl_status_t onednn_implementation(
    dnnl_engine_t engine, const onednn_shape_t *shape, const onednn_layout_t *layout, char name[ONEDNN_NAME_SIZE]) {
    dnnl_primitive_desc_t description = NULL;
    dnnl_status_t status = onednn_describe(engine, shape, layout, &description);
    if (status != dnnl_success) { return status; }
    const char *known = "";
    status = dnnl_primitive_desc_query(description, dnnl_query_impl_info_str, 0, (void *)&known);
    name[0] = 0;
    strncat(name, known, ONEDNN_NAME_SIZE - 1);
    dnnl_primitive_desc_destroy(description);
    return status;
}

static inline dnnl_status_t onednn_memory(
    dnnl_primitive_desc_t description, dnnl_query_t what, dnnl_engine_t engine, dnnl_memory_t *memory) {
    return dnnl_memory_create(
        memory, dnnl_primitive_desc_query_md(description, what, 0), engine, DNNL_MEMORY_NONE);
}

static inline void onednn_product_destroy(onednn_product_t *product) {
    if (product->primitive) { dnnl_primitive_destroy(product->primitive); }
    if (product->source) { dnnl_memory_destroy(product->source); }
    if (product->weights) { dnnl_memory_destroy(product->weights); }
    if (product->bias) { dnnl_memory_destroy(product->bias); }
    if (product->destination) { dnnl_memory_destroy(product->destination); }
    memset(product, 0, sizeof *product);
}

static inline dnnl_status_t onednn_product_create(
    dnnl_engine_t engine, const onednn_shape_t *shape, const onednn_layout_t *layout, onednn_product_t *product) {
    memset(product, 0, sizeof *product);
    dnnl_primitive_desc_t description = NULL;
    dnnl_status_t status = onednn_describe(engine, shape, layout, &description);
    if (status != dnnl_success) { return status; }
    status = dnnl_primitive_create(&product->primitive, description);
    if (status == dnnl_success) {
        status = onednn_memory(description, dnnl_query_src_md, engine, &product->source);
    }
    if (status == dnnl_success) {
        status = onednn_memory(description, dnnl_query_weights_md, engine, &product->weights);
    }
    if (status == dnnl_success && onednn_has_bias(shape)) {
        ONEDNN_DESCRIPTOR(bias);
        status = onednn_matrix(&bias, 1, shape->outputs, dnnl_f32, dnnl_ab);
        if (status == dnnl_success) {
            status = dnnl_memory_create(&product->bias, ONEDNN_REF(bias), engine, DNNL_MEMORY_NONE);
        }
        onednn_release(&bias);
    }
    if (status == dnnl_success) {
        status = onednn_memory(description, dnnl_query_dst_md, engine, &product->destination);
    }
    dnnl_primitive_desc_destroy(description);
    if (status != dnnl_success) { onednn_product_destroy(product); }
    return status;
}

static inline dnnl_status_t onednn_product_run(
    const onednn_product_t *product, dnnl_stream_t stream, const void *source, const void *weights, const float *bias,
    void *destination) {
    dnnl_memory_set_data_handle(product->source, (void *)source);
    dnnl_memory_set_data_handle(product->weights, (void *)weights);
    if (product->bias) { dnnl_memory_set_data_handle(product->bias, (void *)bias); }
    dnnl_memory_set_data_handle(product->destination, destination);
    dnnl_exec_arg_t arguments[] = {
        {DNNL_ARG_SRC, product->source},
        {DNNL_ARG_WEIGHTS, product->weights},
        {DNNL_ARG_DST, product->destination},
        {DNNL_ARG_BIAS, product->bias},
    };
    int count = product->bias ? 4 : 3;
    dnnl_status_t status = dnnl_primitive_execute(product->primitive, stream, count, arguments);
    return status == dnnl_success ? dnnl_stream_wait(stream) : status;
}

/// Writes `stored`, a matrix of `type` with one row per output, to `packed` in another layout and type.
static inline dnnl_status_t onednn_pack(
    dnnl_engine_t engine, dnnl_stream_t stream, int inputs, int outputs, dnnl_data_type_t type, const void *stored,
    const onednn_layout_t *layout, void *packed) {
    ONEDNN_DESCRIPTOR(from);
    dnnl_primitive_desc_t description = NULL;
    dnnl_primitive_t reorder = NULL;
    dnnl_memory_t source = NULL;
    dnnl_memory_t destination = NULL;
    dnnl_status_t status = onednn_matrix(&from, inputs, outputs, type, dnnl_ba);
    if (status == dnnl_success) {
        status = dnnl_reorder_primitive_desc_create(
            &description, ONEDNN_REF(from), engine, ONEDNN_REF(layout->descriptor), engine, NULL);
    }
    if (status == dnnl_success) { status = dnnl_primitive_create(&reorder, description); }
    if (status == dnnl_success) {
        status = dnnl_memory_create(&source, ONEDNN_REF(from), engine, (void *)stored);
    }
    if (status == dnnl_success) {
        status = dnnl_memory_create(&destination, ONEDNN_REF(layout->descriptor), engine, packed);
    }
    if (status == dnnl_success) {
        dnnl_exec_arg_t arguments[] = {{DNNL_ARG_FROM, source}, {DNNL_ARG_TO, destination}};
        status = dnnl_primitive_execute(reorder, stream, 2, arguments);
    }
    if (status == dnnl_success) { status = dnnl_stream_wait(stream); }
    if (source) { dnnl_memory_destroy(source); }
    if (destination) { dnnl_memory_destroy(destination); }
    if (reorder) { dnnl_primitive_destroy(reorder); }
    if (description) { dnnl_primitive_desc_destroy(description); }
    onednn_release(&from);
    return status;
}

#undef ONEDNN_DESCRIPTOR
#undef ONEDNN_REF
#undef ONEDNN_CONST_REF
