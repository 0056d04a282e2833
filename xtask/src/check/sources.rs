//! Whatever a row or an example rests on can be looked up.

use spec::Source;

use super::Fault;

/// Entries of `file`, each a name with its source, whose source is no title or whose address is not `https`.
pub(super) fn faults<'s>(file: &str, entries: impl Iterator<Item = (&'s str, &'s Source)>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (name, source) in entries {
        let place = || format!("{file}, `{name}`");
        if source.document.trim().is_empty() {
            faults.push(Fault {
                rule: "sources",
                place: place(),
                what: "source.document is blank".to_owned(),
                remedy: "Name the document by its title.",
            });
        }
        if let Some(url) = &source.url
            && url.strip_prefix("https://").is_none_or(str::is_empty)
        {
            faults.push(Fault {
                rule: "sources",
                place: place(),
                what: format!("source.url is `{url}`, which does not begin with https://"),
                remedy: "Give the public address, or none where the primary document is meant.",
            });
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use spec::Source;

    use super::faults;

    fn found(document: &str, url: Option<&str>) -> Vec<String> {
        let source = Source {
            document: document.to_owned(),
            section: "Section".to_owned(),
            url: url.map(str::to_owned),
        };
        faults(
            "spec/polyai/requirements.toml",
            [("polyai.a", &source)].into_iter(),
        )
        .into_iter()
        .map(|fault| format!("{}: {}", fault.place, fault.what))
        .collect()
    }

    #[test]
    fn a_title_and_an_https_address_are_fine() {
        assert!(found("Document", None).is_empty());
        assert!(found("Document", Some("https://docs.example/a")).is_empty());
    }

    #[test]
    fn a_blank_title_and_another_address_are_both_told() {
        let place = "spec/polyai/requirements.toml, `polyai.a`";
        assert_eq!(
            found(" ", Some("http://docs.example")),
            [
                format!("{place}: source.document is blank"),
                format!("{place}: source.url is `http://docs.example`, which does not begin with https://"),
            ]
        );
        assert_eq!(found("Document", Some("https://")).len(), 1);
    }
}
