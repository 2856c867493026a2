//! How a list is narrowed to what is wanted.

use aws_sdk_ec2::types::Filter;

/// The most values that one filter takes (EC2 API, "Filter").
const VALUES: usize = 200;

/// Which things of a kind are wanted.
#[derive(Debug, Clone)]
pub(super) enum Narrow {
    /// All of them.
    All,
    /// Those whose property is one of these.
    To {
        /// The property's name, as EC2 spells it in filters.
        name: &'static str,
        /// Its values. None at all asks for nothing, never for everything.
        values: Vec<String>,
    },
}

impl Narrow {
    /// Those whose property is one of `values`.
    pub(super) fn to<V: ToString>(name: &'static str, values: impl IntoIterator<Item = V>) -> Self {
        Self::To { name, values: values.into_iter().map(|value| value.to_string()).collect() }
    }

    /// None at all.
    pub(super) fn none() -> Self {
        Self::To { name: "", values: Vec::new() }
    }

    /// The filters of each call that it takes.
    pub(super) fn calls(&self) -> Vec<Option<Vec<Filter>>> {
        match self {
            Self::All => vec![None],
            Self::To { name, values } => values
                .chunks(VALUES)
                .map(|values| {
                    let filter = Filter::builder().name(*name).set_values(Some(values.to_vec())).build();
                    Some(vec![filter])
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Narrow;

    #[test]
    fn nothing_wanted_is_no_call_and_many_are_several() {
        assert_eq!(Narrow::to("vpc-id", Vec::<String>::new()).calls().len(), 0);
        assert_eq!(Narrow::to("vpc-id", 0..401).calls().len(), 3);
        assert_eq!(Narrow::All.calls(), [None]);
    }
}
