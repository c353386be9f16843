/*
 * Interpolation points of F(4x4, 3x3): 0, +-A, +-B and infinity, and the scales of G's rows, 1 /
 * product of the differences to the other points.
 */
#ifndef CST_WINOGRAD_POINTS_H
#define CST_WINOGRAD_POINTS_H

#define POINT_A  0.625f
#define POINT_B  1.5f
#define POINT_A2 (POINT_A * POINT_A)
#define POINT_B2 (POINT_B * POINT_B)
#define SCALE_0  (1.0f / (POINT_A2 * POINT_B2))
#define SCALE_A  (1.0f / (2.0f * POINT_A2 * (POINT_A2 - POINT_B2)))
#define SCALE_B  (1.0f / (2.0f * POINT_B2 * (POINT_B2 - POINT_A2)))

#endif
