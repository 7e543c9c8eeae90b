import {Component, type ReactNode} from 'react';

interface BoundaryProps {
  /** What is lost when it breaks, as the subject of a sentence. */
  readonly name: string;
  /** What is shown in it; another subject gets another try. */
  readonly subject: string;
  readonly children: ReactNode;
}

/** Keeps a broken part from taking the rest of the page with it; the table goes on. */
export class Boundary extends Component<BoundaryProps, {readonly error: Error | null}> {
  override state = {error: null as Error | null};

  static getDerivedStateFromError(error: Error): {error: Error} {
    return {error};
  }

  override componentDidUpdate(before: BoundaryProps): void {
    if (this.state.error && before.subject !== this.props.subject) this.setState({error: null});
  }

  override render(): ReactNode {
    const {error} = this.state;
    if (!error) return this.props.children;
    return (
      <p className="broken" role="alert">
        {this.props.name} cannot be shown ({error.message}). The server may have a newer page:{' '}
        <button type="button" className="button" onClick={() => location.reload()}>
          load it again
        </button>
      </p>
    );
  }
}
