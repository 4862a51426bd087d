<?php
/**
 * A WordPress installed from nothing, its Akismet plugin activated, comments posted and decided about
 * through WordPress's own functions. Called by `try`; ends with 1 at the first thing that is not so.
 */

$site                       = $argv[1];
$_SERVER['HTTP_HOST']       = 'blog.example';
$_SERVER['SERVER_NAME']     = 'blog.example';
$_SERVER['SERVER_PROTOCOL'] = 'HTTP/1.1';
$_SERVER['REQUEST_URI']     = '/';
$_SERVER['REQUEST_METHOD']  = 'POST';
$_SERVER['REMOTE_ADDR']     = '203.0.113.9';
$_SERVER['HTTP_USER_AGENT'] = 'Mozilla/5.0';
error_reporting( E_ALL & ~E_DEPRECATED & ~E_WARNING & ~E_NOTICE );

define( 'WP_INSTALLING', true );
require $site . '/wp-load.php';
require ABSPATH . 'wp-admin/includes/upgrade.php';
// Mail is not what is tried here.
add_filter( 'pre_wp_mail', '__return_true' );
wp_install( 'Blog', 'admin', 'admin@blog.example', true, '', 'a password for a minute' );
update_option( 'siteurl', 'http://blog.example' );
update_option( 'home', 'http://blog.example' );

function holds( $what, $is ) {
	printf( "%s %s\n", $is ? 'ok  ' : 'FAIL', $what );
	if ( ! $is ) {
		exit( 1 );
	}
}

$versions = array();
add_action(
	'http_api_debug',
	function ( $response, $context, $transport, $arguments, $url ) use ( &$versions ) {
		if ( 0 === strpos( $url, HAMLET_URL ) ) {
			$versions[] = $arguments['httpversion'];
		}
	},
	10,
	5
);

require_once WP_PLUGIN_DIR . '/akismet/akismet.php';
require_once WP_PLUGIN_DIR . '/akismet/class.akismet-admin.php';
Akismet::init();

holds( 'the key is verified: ' . Akismet::verify_key( WPCOM_API_KEY ), 'valid' === Akismet::verify_key( WPCOM_API_KEY ) );
holds( 'a wrong key is not', 'invalid' === Akismet::verify_key( '0123456789ab' ) );
$account = Akismet_Admin::get_akismet_user( WPCOM_API_KEY );
holds( 'the settings page finds an active account', is_object( $account ) && 'active' === $account->status );

function comment( $name, $text, $address ) {
	// WordPress takes one comment in 15 seconds from one address.
	$_SERVER['REMOTE_ADDR'] = $address;
	wp_set_current_user( 0 );
	$id = wp_new_comment(
		wp_slash(
			array(
				'comment_post_ID'      => 1,
				'comment_author'       => $name,
				'comment_author_email' => strtolower( $name ) . '@example.org',
				'comment_author_url'   => '',
				'comment_content'      => $text,
				'comment_type'         => 'comment',
				'comment_parent'       => 0,
				'user_id'              => 0,
			)
		),
		true
	);
	if ( is_wp_error( $id ) ) {
		holds( 'a comment is taken: ' . $id->get_error_message(), false );
	}
	return $id;
}

$spam = comment( 'Followers', 'SUBSCRIBE to my channel and get free followers now!!! Click http://free-followers.example.com check out my channel', '203.0.113.9' );
holds( 'spam goes to the spam folder', 'spam' === wp_get_comment_status( $spam ) );
holds( 'the plugin noted why', 'true' === get_comment_meta( $spam, 'akismet_result', true ) );
$ham = comment( 'Marta', "The second movement reminds me of how my grandmother used to play it. It's \"lovely\".", '198.51.100.7' );
holds( 'a genuine comment waits or is public: ' . wp_get_comment_status( $ham ), in_array( wp_get_comment_status( $ham ), array( 'approved', 'unapproved' ), true ) );
holds( 'the plugin noted that too', 'false' === get_comment_meta( $ham, 'akismet_result', true ) );

wp_set_current_user( 1 );
set_current_screen( 'edit-comments' );
$_POST['action'] = 'spam-comment';
wp_spam_comment( $ham );
Akismet::submit_spam_comment( $ham );
holds( 'a person says spam, and the plugin reports it', 'true' === get_comment_meta( $ham, 'akismet_user_result', true ) );
wp_unspam_comment( $spam );
wp_set_comment_status( $spam, 'approve' );
Akismet::submit_nonspam_comment( $spam );
holds( 'a person says not spam, and the plugin reports it', 'false' === get_comment_meta( $spam, 'akismet_user_result', true ) );

holds( 'the plugin spoke HTTP/1.0: ' . count( $versions ) . ' requests', $versions && array( '1.0' ) === array_values( array_unique( $versions ) ) );
