//! Minimising a smooth function of many variables: limited-memory BFGS with backtracking (Nocedal and
//! Wright, *Numerical Optimization*, 2nd edition, algorithms 7.4 and 3.1). Knows nothing of spam.

/// Pairs of steps and gradient changes remembered.
const MEMORY: usize = 6;
/// Sufficient decrease (Armijo's constant).
const DECREASE: f64 = 1e-4;

/// Minimises `function` from zero. It takes a point, writes the gradient there and returns the value.
/// Stops after `iterations`, or when a step gains less than `tolerance` of the value.
pub fn minimize(
    size: usize,
    iterations: usize,
    tolerance: f64,
    mut function: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Vec<f64> {
    let mut point = vec![0.0; size];
    let mut gradient = vec![0.0; size];
    let mut value = function(&point, &mut gradient);
    let mut memory: Vec<Pair> = Vec::with_capacity(MEMORY);
    let (mut trial, mut slope) = (vec![0.0; size], vec![0.0; size]);
    for _ in 0..iterations {
        let direction = direction(&gradient, &memory);
        let descent = dot(&direction, &gradient);
        if descent >= 0.0 {
            break;
        }
        let mut step = if memory.is_empty() {
            1.0 / dot(&gradient, &gradient).sqrt().max(1.0)
        } else {
            1.0
        };
        let reached = loop {
            add_scaled(&point, step, &direction, &mut trial);
            let reached = function(&trial, &mut slope);
            if reached <= value + DECREASE * step * descent || step < 1e-10 {
                break reached;
            }
            step /= 2.0;
        };
        if reached >= value {
            break;
        }
        remember(&mut memory, &point, &trial, &gradient, &slope);
        std::mem::swap(&mut point, &mut trial);
        std::mem::swap(&mut gradient, &mut slope);
        let gained = value - reached;
        value = reached;
        if gained <= tolerance * value.abs() {
            break;
        }
    }
    point
}

struct Pair {
    step: Vec<f64>,
    change: Vec<f64>,
    curvature: f64,
}

fn remember(memory: &mut Vec<Pair>, from: &[f64], to: &[f64], before: &[f64], after: &[f64]) {
    let minus =
        |a: &[f64], b: &[f64]| -> Vec<f64> { a.iter().zip(b).map(|(a, b)| a - b).collect() };
    let (step, change) = (minus(to, from), minus(after, before));
    let curvature = dot(&step, &change);
    if curvature <= 1e-12 {
        return;
    }
    if memory.len() == MEMORY {
        memory.remove(0);
    }
    memory.push(Pair {
        step,
        change,
        curvature,
    });
}

/// The two-loop recursion: minus the approximate inverse Hessian times the gradient.
fn direction(gradient: &[f64], memory: &[Pair]) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut alphas = Vec::with_capacity(memory.len());
    for pair in memory.iter().rev() {
        let alpha = dot(&pair.step, &q) / pair.curvature;
        q.iter_mut()
            .zip(&pair.change)
            .for_each(|(q, change)| *q -= alpha * change);
        alphas.push(alpha);
    }
    if let Some(last) = memory.last() {
        let scale = last.curvature / dot(&last.change, &last.change);
        for q in &mut q {
            *q *= scale;
        }
    }
    for (pair, alpha) in memory.iter().zip(alphas.into_iter().rev()) {
        let beta = dot(&pair.change, &q) / pair.curvature;
        q.iter_mut()
            .zip(&pair.step)
            .for_each(|(q, step)| *q += (alpha - beta) * step);
    }
    q
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn add_scaled(point: &[f64], step: f64, direction: &[f64], out: &mut [f64]) {
    for ((out, point), direction) in out.iter_mut().zip(point).zip(direction) {
        *out = point + step * direction;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rosenbrocks_valley_is_walked_to_its_end() {
        let found = minimize(2, 200, 1e-15, |x, gradient| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            gradient[0] = -2.0 * a - 400.0 * x[0] * b;
            gradient[1] = 200.0 * b;
            a * a + 100.0 * b * b
        });
        assert!(
            (found[0] - 1.0).abs() < 1e-4 && (found[1] - 1.0).abs() < 1e-4,
            "{found:?}"
        );
    }
}
