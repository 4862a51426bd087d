<?php
/**
 * Plugin Name: Hamlet for Akismet
 * Description: Sends what the Akismet plugin asks to your own Hamlet. Put this file into wp-content/mu-plugins.
 * Version: 1.0.0
 * License: MIT OR Apache-2.0
 *
 * In wp-config.php:
 *
 *     define( 'HAMLET_URL', 'https://comments.example.org' ); // where Hamlet is
 *     define( 'WPCOM_API_KEY', '0123456789ab' );              // from: hamlet client add
 *
 * Nothing of the Akismet plugin is changed: requests to its service go to HAMLET_URL instead, and if
 * they cannot be sent there they fail. They never go anywhere else.
 */

if ( ! defined( 'ABSPATH' ) ) {
	exit;
}

/**
 * The address at Hamlet for one at Akismet's service, or null for any other.
 *
 * The service's host may be preceded by the key: `0123456789ab.rest.akismet.com`.
 */
function hamlet_address( $url ) {
	$parts = wp_parse_url( $url );
	$host  = isset( $parts['host'] ) ? strtolower( $parts['host'] ) : '';
	if ( ! preg_match( '/^(?:[0-9a-z]+\.)?rest\.akismet\.com$/', $host ) ) {
		return null;
	}
	$path  = isset( $parts['path'] ) ? $parts['path'] : '/';
	$query = isset( $parts['query'] ) ? '?' . $parts['query'] : '';
	return untrailingslashit( HAMLET_URL ) . $path . $query;
}

/**
 * Answers a request to Akismet's service with Hamlet's answer.
 */
function hamlet_request( $answer, $arguments, $url ) {
	$address = defined( 'HAMLET_URL' ) ? hamlet_address( $url ) : null;
	if ( null === $address ) {
		return $answer;
	}
	// The plugin names the service's host; HTTP clients name the right one by themselves.
	if ( isset( $arguments['headers'] ) && is_array( $arguments['headers'] ) ) {
		foreach ( array_keys( $arguments['headers'] ) as $name ) {
			if ( 'host' === strtolower( $name ) ) {
				unset( $arguments['headers'][ $name ] );
			}
		}
	}
	// Hamlet may stand on this machine or in this network, where WordPress sends nothing by default.
	$arguments['reject_unsafe_urls'] = false;
	$arguments['redirection']        = 0;
	return wp_remote_request( $address, $arguments );
}

/**
 * Tells Hamlet which judgement the comment got that a new one answers. WordPress asks about a comment
 * before it has a number, so Hamlet cannot know the parent's; the plugin keeps the judgement's id.
 */
function hamlet_thread( $comment ) {
	if ( ! empty( $comment['comment_parent'] ) ) {
		$guid = get_comment_meta( (int) $comment['comment_parent'], 'akismet_guid', true );
		if ( $guid ) {
			$comment['comment_parent_guid'] = $guid;
		}
	}
	return $comment;
}

add_filter( 'pre_http_request', 'hamlet_request', 10, 3 );
add_filter( 'akismet_request_args', 'hamlet_thread' );
